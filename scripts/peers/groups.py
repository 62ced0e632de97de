"""Energy distance by dcor, maximum mean discrepancy by its definition in NumPy, median distance and the distance of
means by SciPy; nearest vectors, principal components, trustworthiness, clusters and silhouettes by scikit-learn."""

import dcor
import numpy as np
from scipy.spatial.distance import cdist, cosine, pdist
from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances_argmin_min, silhouette_score

ROWS, COLUMNS, SHIFT = 60, 4, np.float32(0.3)


def seeded():
    """The vectors of the test: a linear congruential generator, the first third shifted."""
    state, numbers = 12345, []
    for _ in range(ROWS * COLUMNS):
        state = (state * 1664525 + 1013904223) % 2**32
        numbers.append(np.float32((state >> 8) / 2**24) - np.float32(0.5))
    vectors = np.array(numbers, dtype=np.float32).reshape(ROWS, COLUMNS)
    vectors[: ROWS // 3, 0] += SHIFT
    return vectors.astype(float)


def unbiased_mmd(x, y, sigma):
    """Equation 3 of Gretton et al. 2012."""

    def kernel(a, b):
        return np.exp(-cdist(a, b, "sqeuclidean") / (2 * sigma**2))

    m, n = len(x), len(y)
    within_x, within_y = kernel(x, x), kernel(y, y)
    np.fill_diagonal(within_x, 0)
    np.fill_diagonal(within_y, 0)
    return within_x.sum() / (m * (m - 1)) + within_y.sum() / (n * (n - 1)) - 2 * kernel(x, y).mean()


vectors = seeded()
x, y = vectors[: ROWS // 3], vectors[ROWS // 3 :]
sigma = np.median(pdist(vectors))
print(f"median distance  {sigma:.15f}")
print(f"mmd2_u           {unbiased_mmd(x, y, sigma):.15f}")
print(f"energy_distance  {dcor.energy_distance(x, y):.15f}")
print(f"context_shift    {cosine(x.mean(axis=0), y.mean(axis=0)):.15f}")

# Vectors of length 1, as those of sentences are: the mean of what each has nearest on the other side.
single = vectors.astype(np.float32)
unit = (single / np.sqrt((single * single).sum(axis=1, dtype=np.float32))[:, None]).astype(float)
there = pairwise_distances_argmin_min(unit[:20], unit[20:], metric="cosine")[1].mean()
back = pairwise_distances_argmin_min(unit[20:], unit[:20], metric="cosine")[1].mean()
print(f"rwmd             {max(there, back):.9f}")
precision, recall = 1 - there, 1 - back
print(f"matching         {precision:.9f}, {recall:.9f}, {2 * precision * recall / (precision + recall):.9f}")

pca = PCA(2, svd_solver="full").fit(vectors)
plane = pca.transform(vectors)
print(f"explained        {pca.explained_variance_ratio_.round(12)}")
print(f"trustworthiness  {trustworthiness(vectors, plane, n_neighbors=5):.15f}")
distances = cdist(vectors, vectors)
for clusters in (2, 3, 4):
    labels = AgglomerativeClustering(clusters, metric="precomputed", linkage="average").fit_predict(distances)
    sizes = sorted(np.bincount(labels), reverse=True)
    print(f"{clusters} clusters       {sizes}, silhouette {silhouette_score(distances, labels, metric='precomputed'):.12f}")

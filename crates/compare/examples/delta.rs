//! Prints Burrows's and Cosine Delta of texts, for `scripts/peers/terms` to hold against other programs.
//!
//! Reads the relative frequencies of words from standard input, a line for each text, parted by spaces.
//! Writes a line for each pair of texts: their numbers and the two distances.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io;

use compare::Delta;
use ndarray::Array2;

fn main() -> Result<(), Box<dyn Error>> {
    let mut texts: Vec<Vec<f64>> = Vec::new();
    for line in io::stdin().lines() {
        let frequencies = line?.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        texts.push(frequencies);
    }
    let words = texts.first().map_or(0, Vec::len);
    let frequencies = Array2::from_shape_vec((texts.len(), words), texts.concat())?;
    let delta = Delta::new(frequencies.view());
    println!("one,other,burrows,cosine");
    for one in 0..texts.len() {
        for other in one + 1..texts.len() {
            let (burrows, cosine) = (delta.burrows(one, other), delta.cosine(one, other));
            println!("{one},{other},{burrows},{cosine}");
        }
    }
    Ok(())
}

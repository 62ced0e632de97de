//! What the encoder promises, with its real weights. `scripts/setup` puts them in place.

mod architectures;
mod classifiers;
mod invariance;
mod layout;
mod pulling;
mod reference;
mod tokenizer;

use std::path::Path;

fn models() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models"))
}

/// The models whose weights are on this machine.
fn cards_with_weights() -> Vec<model::Card> {
    let mut cards = model::cards(models()).expect("the cards are committed");
    cards.retain(|card| model::require(card).is_ok());
    cards
}

fn card() -> model::Card {
    let card = model::find(models(), "all-MiniLM-L6-v2").expect("the card is committed");
    model::require(&card).expect("the weights are here: run scripts/setup");
    card
}

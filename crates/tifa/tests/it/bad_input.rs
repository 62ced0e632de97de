//! What is wrong is told with its place and its remedy, and never takes the rest along.

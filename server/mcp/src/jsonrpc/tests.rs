//! What is promised in the file above, as sentences.

//! What the rows hold after a story.

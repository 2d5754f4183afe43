//! Letters: one HTML file with a page per person, printed and handed out by the offices.

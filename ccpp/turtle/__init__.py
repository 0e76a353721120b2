"""Turtle (RDF 1.1): its tokens with their places, a parser that is lean and knows the line of everything, and a formatter that keeps comments."""

"""What can be said of requirements alone, before any device is seen: that none can satisfy one, that one is included in another.

Theory of operation
-------------------
A question is brought to one form: is there a device on which some clauses (`ccpp.matching.normal`) are true, and some literals are not?
Every constraint on one attribute says that at least, or at most, so many of its values pass a test of single values
(`ccpp.cells.counting`). Tests divide the values that an attribute can have into finitely many cells: bounds divide numbers into
intervals, dimensions into boxes, versions into intervals of each name; media types, languages and quantities likewise. A few values of
each cell (`ccpp.cells.standins`) stand for all others, so one attribute is decided by trying those, and several by choosing one literal
of each clause (`ccpp.analysis.solving`).

A pattern is not looked into: it is a test that some unnamed text might pass or not, the same one the same way each time. Such imagined
texts can stand in the way of a proof, but no device is ever made of them. So an answer is one of three: *proved*, *refuted* by a device
that was evaluated by the definition, or *undecided*, with the reason.

Worlds. In the open world, which is the matcher's, a device may leave any attribute unstated, and then no literal on it is true; a
requirement implies another where the other is satisfied on every device that satisfies it, however little the device states. In the closed
world an attribute that is not stated has no value. In both an attribute that takes one value states no more than one, of its datatype or a
text that could not be read as such (a Bag in its place, which a reader reports as `container-invalid`, is not considered); a Bag or Seq
states any number, none included. Attributes are taken as independent of each other, derived ones too.
"""

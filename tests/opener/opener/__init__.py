"""Opens sealed notes, written from `src/seal/SPEC.md` and nothing else of the product.

Section numbers in this package are those of that document. Every fault raises `Refusal` with
one of the names of section 12.
"""

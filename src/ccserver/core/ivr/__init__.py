"""The IVR: flows as data, and the interpreter that walks them."""

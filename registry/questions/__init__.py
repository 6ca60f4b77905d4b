"""Questions: asked by a union, answered or passed up, answered once for all, published as help."""

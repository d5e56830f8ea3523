"""Customer lifetime value: how often somebody will buy again, for how much, and how sure one may be.

`rows` folds histories, `beta_geometric` and `pareto` are the models of purchases, `spend` the model of their size,
`fitting` finds parameters or says why not, `forecast` turns a fit into figures with intervals.
"""

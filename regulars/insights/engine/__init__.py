"""The pure craft of the insights room: lifetime value, rhythm, churn, intervals. No Django, no database, no clock.

NumPy and SciPy are heavy: import these modules where a figure is computed, never where the product starts.
"""

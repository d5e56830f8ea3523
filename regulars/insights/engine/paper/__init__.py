"""Figures on paper: a PDF of numbers, charts drawn as lines and bars, and the tables behind them."""

from regulars.insights.engine.paper.sheets import Chart, Paper, Sheet
from regulars.insights.engine.paper.writing import write_pdf

__all__ = ["Chart", "Paper", "Sheet", "write_pdf"]

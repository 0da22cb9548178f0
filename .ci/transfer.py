"""Measure whether operating points hold on other sites: chosen on half of the dev sites, measured on the other half.

Usage: python .ci/transfer.py ../shared/corpus/labelled [--model M]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from stripper import Stripper
from stripper.training.corpus import read
from stripper.training.evaluation import outcomes
from stripper.training.metrics import threshold_at
from stripper.training.release import BUDGETS

HALVES = 20


def main() -> None:
    """Print the loss on the other half, for each operating point: mean, spread, and the worst against the budget."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model")
    arguments = parser.parse_args()
    documents = read([arguments.corpus], split="dev")
    measured = outcomes(documents, Stripper(arguments.model))
    sites = np.unique([document.site for document in documents])
    of_row = np.searchsorted(sites, [document.site for document in documents])[measured.document]
    content = measured.gold == 0
    rng = np.random.default_rng(0)
    halves = [rng.permutation(len(sites)) < len(sites) // 2 for _ in range(HALVES)]
    for name, budget in BUDGETS.items():
        lost = []
        for half in halves:
            chosen = half[of_row]
            known = chosen & (measured.gold >= 0)
            threshold = threshold_at(measured.probability[known], content[known], budget)
            lost.append(float((measured.probability[~chosen & content] >= threshold).mean()))
        within = np.mean([loss <= 2 * budget for loss in lost])
        print(
            f"{name:<9} budget {budget:.2%}: lost {np.mean(lost):.2%} on average, {min(lost):.2%} to {max(lost):.2%}, "
            f"within twice the budget in {within:.0%} of {HALVES} halves"
        )


if __name__ == "__main__":
    main()

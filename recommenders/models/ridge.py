"""Many small weighted ridge regressions at once, exactly or by conjugate gradients.

Each finds the x of d numbers that minimises Σ_l w_l (t_l − g_lᵀx)² + xᵀ diag(D) x. Shapes below: regressors g:
(b, l, d); weights w and targets t: (b, l); diagonal D: (b, d), positive.
"""

from __future__ import annotations

from typing import Final

import torch

LEAST: Final = 1e-30


def exact(
    regressors: torch.Tensor, weights: torch.Tensor, targets: torch.Tensor | float, diagonal: torch.Tensor
) -> torch.Tensor:
    """(b, d) by Cholesky. The system is scaled by D^½ first, so that its smallest eigenvalue is at least 1."""
    scale = diagonal.rsqrt()
    scaled = regressors * scale[:, None, :]
    system = torch.bmm(scaled.transpose(1, 2) * weights[:, None, :], scaled)
    system.diagonal(dim1=1, dim2=2).add_(1)
    right = _sum_over(scaled, weights * targets)
    factor, _ = torch.linalg.cholesky_ex(system)
    return torch.cholesky_solve(right[:, :, None], factor)[:, :, 0] * scale


def conjugate_gradients(
    start: torch.Tensor,
    regressors: torch.Tensor,
    weights: torch.Tensor,
    targets: torch.Tensor | float,
    diagonal: torch.Tensor,
    steps: int,
) -> torch.Tensor:
    """(b, d), `steps` from `start`: (b, d), preconditioned by the diagonal (Takács et al. 2011, for implicit ALS)."""
    x = start
    residual = _sum_over(regressors, weights * (targets - _products(regressors, x))) - diagonal * x
    ahead = residual / diagonal
    direction = ahead
    size = (residual * ahead).sum(1, keepdim=True)
    for step in range(steps):
        mapped = _sum_over(regressors, weights * _products(regressors, direction)) + diagonal * direction
        rate = size / (direction * mapped).sum(1, keepdim=True).clamp_min(LEAST)
        x = x + rate * direction
        if step + 1 < steps:
            residual = residual - rate * mapped
            ahead = residual / diagonal
            before, size = size, (residual * ahead).sum(1, keepdim=True)
            direction = ahead + size / before.clamp_min(LEAST) * direction
    return x


def _products(regressors: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """(b, l): g_lᵀx. In this order of factors twice as fast on a CPU as regressors · x."""
    return torch.bmm(x[:, None, :], regressors.transpose(1, 2))[:, 0]


def _sum_over(regressors: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """(b, d): Σ_l w_l g_l."""
    return torch.bmm(weights[:, None, :], regressors)[:, 0]

"""Simple predictors of the next score, to measure the healing curve against. No part of the product."""

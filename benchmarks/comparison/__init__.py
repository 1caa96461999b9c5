"""Comparison of cities: do rank intervals hold the truth, does shrinkage predict?"""

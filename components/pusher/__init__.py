"""Puts a blessed model into the folder a model server watches."""

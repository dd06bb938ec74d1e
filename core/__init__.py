"""Polycompass: whose values does a language model speak for?"""

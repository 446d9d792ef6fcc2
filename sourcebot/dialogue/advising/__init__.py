"""Guided advice in a conversation: hearing answers, steering, asking on, recommending."""

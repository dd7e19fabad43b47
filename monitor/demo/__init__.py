"""Kent from April 2011 to March 2014: the published county figures and invented districts to match."""

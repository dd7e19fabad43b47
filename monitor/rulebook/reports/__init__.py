"""Problems for other programs: JSON, GitHub's annotations, SARIF."""

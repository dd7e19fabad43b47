"""What is raised for a configuration file that cannot be used."""

from collections.abc import Mapping

from monitor.rulebook.problems import Problem, render_problems


class ConfigurationProblems(Exception):  # noqa: N818 - its problems are errors and warnings
    """A file of the configuration folder has errors. ``sources`` maps the file to its text, for quoting."""

    def __init__(self, problems: tuple[Problem, ...], sources: Mapping[str, str]) -> None:
        super().__init__(problems, sources)
        self.problems = problems
        self.sources = sources

    def __str__(self) -> str:
        return render_problems(self.problems, self.sources)

"""Who is who and where: areas.csv, contacts.yaml, and the check of rules and configuration together."""

from monitor.directory.areas import load_areas
from monitor.directory.contacts import Contacts, load_contacts
from monitor.directory.faults import ConfigurationProblems
from monitor.directory.folders import LoadedFolders, check_folder, load_folders

__all__ = [
    "ConfigurationProblems",
    "Contacts",
    "LoadedFolders",
    "check_folder",
    "load_areas",
    "load_contacts",
    "load_folders",
]

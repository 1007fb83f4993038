"""Names that simulated people, companies, groups and files bear. All of them are made up."""

from __future__ import annotations

__all__ = ["CITIES", "COMPANIES", "DEPARTMENTS", "FAMILY", "FILES", "GIVEN", "SUBJECTS"]

_GIVEN = (
    "Adele Alban Amara Ana Anders Anja Arjun Aylin Bastian Bea Benno Carla Cedric Chiara Clara Dag Dalia "
    "Dario Delia Diego Edda Elena Elias Emil Enzo Esra Fabio Farah Felix Fiona Florin Gita Greta Hanna "
    "Hugo Ida Ilse Imre Ines Irina Ivo Jana Jari Jonas Jules Kaja Karim Kira Lars Laura Lena Leon Liv "
    "Luca Maja Malik Marco Marta Mika Milan Mira Nadia Nils Nina Noor Olaf Olga Omar Oskar Paula Petra "
    "Pia Priya Rafael Rana Remy Rita Robin Rosa Ruben Sana Selma Silas Simon Sofia Sven Tarek Tessa Theo "
    "Tilda Timo Tomas Uma Valentin Vera Viktor Wanda Yara Yusuf Zoe "
)
_FAMILY = (
    "Abbot Acker Albrecht Amsel Andersen Arnold Bach Balint Barros Becker Bergman Bianchi Blum Borg "
    "Brandt Bruns Castell Cerny Conte Costa Dahl Danner Delgado Demir Dietz Dorn Duarte Eklund Engel "
    "Faber Farkas Ferri Fink Fontaine Frank Gallo Garcia Gruber Haas Hagen Hartmann Heller Holm Horvat "
    "Huber Ivanov Jansen Jensen Kaya Keller Kovac Kraus Lang Larsen Lindt Lopez Lorenz Maier Marin "
    "Martens Meyer Moreau Moser Nagy Neumann Novak Olsen Ortega Palm Patel Peters Petrov Pohl Popescu "
    "Ramos Reiter Ricci Romano Roth Sanders Sauer Schmid Silva Simic Sommer Stein Svensson Szabo Tanner "
    "Toth Urban Varga Vogel Wagner Weber Weiss Winter Wolff Yilmaz Zeman Ziegler "
)
GIVEN = tuple(_GIVEN.split())
FAMILY = tuple(_FAMILY.split())
DEPARTMENTS = ("Sales", "Finance", "Engineering", "Operations", "Legal", "People", "Support", "Marketing")
COMPANIES = (
    "Northbrook Instruments", "Halden Freight", "Ostrava Glass", "Meridian Dental", "Tallgrass Foods",
    "Kestrel Marine", "Pinewood Actuarial", "Lumen Bay Optics", "Verdant Paper", "Quarry Street Legal",
)  # fmt: skip
SUBJECTS = (
    "Minutes of Tuesday", "Offer 2026-118", "Re: invoice", "Travel plan", "Quarterly figures", "Open points",
    "Contract draft", "Lunch?", "Release notes", "Welcome aboard", "Budget 2027", "Customer feedback",
)  # fmt: skip
FILES = (
    "Budget.xlsx", "Offer.docx", "Minutes.docx", "Roadmap.pptx", "Inventory.xlsx", "Contract.docx",
    "Floor plan.pdf", "Price list.xlsx", "Training.pptx", "Handbook.docx",
)  # fmt: skip
CITIES = (
    ("Zurich", "Zurich", "CH", 47.36667, 8.55),
    ("Vienna", "Wien", "AT", 48.20849, 16.37208),
    ("Munich", "Bayern", "DE", 48.13743, 11.57549),
    ("Lyon", "Rhone", "FR", 45.74846, 4.84671),
    ("Utrecht", "Utrecht", "NL", 52.09083, 5.12222),
    ("Aarhus", "Midtjylland", "DK", 56.15674, 10.21076),
)

"""Titles, authors, dates and bodies of web pages against what people marked in
them, with floors: test_pages.py NEWSHOUND WORKDIR"""

import pathlib

from common import arguments, data, expect

import score_pages

# A little worse than what is reached on all pages, so that a loss shows.
BODY_FLOOR = 0.91  # F of the pieces
RIGHT = {"title": 440, "author": 195, "date": 380}
WRONG = {"author": 30, "date": 48}


def main():
    newshound, _ = arguments()
    found = score_pages.score(newshound, pathlib.Path(data("formats",
                                                           "html-pages")))
    print(score_pages.table(found))
    reached = found["all"]
    f = score_pages.measure(reached["body"])[2]
    expect(f >= BODY_FLOOR, f"F {f:.3f} of bodies, floor {BODY_FLOOR}")
    for field, floor in RIGHT.items():
        right = reached[field]["right"]
        expect(right >= floor, f"{right} right of {field}, floor {floor}")
    for field, most in WRONG.items():
        wrong = reached[field]["wrong"]
        expect(wrong <= most, f"{wrong} wrong of {field}, at most {most}")


if __name__ == "__main__":
    main()

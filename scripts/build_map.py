"""Make data/maps/world.geojson: `python scripts/build_map.py countries-50m.json`, seconds.

The file is in the npm package world-atlas (`npm pack world-atlas`), Natural Earth's countries as TopoJSON
(https://github.com/topojson/topojson-specification). Borders shared by two countries are simplified once, so that no
gap opens between them; Europe, where most surveys are, keeps more detail than the rest.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.paths import DATA

Point = tuple[float, float]
Line = list[Point]

TARGET = DATA / "maps" / "world.geojson"
ANTARCTICA = "010"
EUROPE = (-25.0, 33.0, 45.0, 72.0)  # west, south, east, north
FINE, COARSE = 0.03, 0.2  # degrees by which a simplified line may differ, in Europe and elsewhere
SPECK = 4  # an island smaller than (SPECK × tolerance)² is left out, unless it is its country's largest piece
# Far pieces that surveys of the mainland leave out, with codes of their own: name, west, south, east, north.
APART: dict[str, dict[str, tuple[str, int, int, int, int]]] = {
    "FR": {
        "GF": ("French Guiana", -55, 2, -51, 6),
        "GP": ("Guadeloupe", -62, 15, -61, 17),
        "MQ": ("Martinique", -62, 14, -60, 15),
        "RE": ("Réunion", 55, -22, 56, -20),
        "YT": ("Mayotte", 45, -14, 46, -12),
    },
    "NL": {"BQ": ("Caribbean Netherlands", -69, 12, -62, 18)},
    "NO": {"SJ": ("Svalbard and Jan Mayen", 10, 74, 34, 81)},
}
NO_CODE = {"Kosovo": "XK"}  # ISO 3166 leaves XK to its users; what else has no code keeps its name as its id

# ISO 3166-1: alpha-2 code, numeric code
CODES = """
AF004 AL008 DZ012 AS016 AD020 AO024 AG028 AZ031 AR032 AU036 AT040 BS044 BH048 BD050 AM051 BB052 BE056 BM060 BT064
BO068 BA070 BW072 BR076 BZ084 IO086 SB090 VG092 BN096 BG100 MM104 BI108 BY112 KH116 CM120 CA124 CV132 KY136 CF140
LK144 TD148 CL152 CN156 TW158 CO170 KM174 CG178 CD180 CK184 CR188 HR191 CU192 CY196 CZ203 BJ204 DK208 DM212 DO214
EC218 SV222 GQ226 ET231 ER232 EE233 FO234 FK238 GS239 FJ242 FI246 AX248 FR250 PF258 TF260 DJ262 GA266 GE268 GM270
PS275 DE276 GH288 KI296 GR300 GL304 GD308 GU316 GT320 GN324 GY328 HT332 HM334 VA336 HN340 HK344 HU348 IS352 IN356
ID360 IR364 IQ368 IE372 IL376 IT380 CI384 JM388 JP392 KZ398 JO400 KE404 KP408 KR410 KW414 KG417 LA418 LB422 LS426
LV428 LR430 LY434 LI438 LT440 LU442 MO446 MG450 MW454 MY458 MV462 ML466 MT470 MR478 MU480 MX484 MC492 MN496 MD498
ME499 MS500 MA504 MZ508 OM512 NA516 NR520 NP524 NL528 CW531 AW533 SX534 NC540 VU548 NZ554 NI558 NE562 NG566 NU570
NF574 NO578 MP580 FM583 MH584 PW585 PK586 PA591 PG598 PY600 PE604 PH608 PN612 PL616 PT620 GW624 TL626 PR630 QA634
RO642 RU643 RW646 BL652 SH654 KN659 AI660 LC662 MF663 PM666 VC670 SM674 ST678 SA682 SN686 RS688 SC690 SL694 SG702
SK703 VN704 SI705 SO706 ZA710 ZW716 ES724 SS728 SD729 EH732 SR740 SZ748 SE752 CH756 SY760 TJ762 TH764 TG768 TO776
TT780 AE784 TN788 TR792 TM795 TC796 UG800 UA804 MK807 EG818 GB826 GG831 JE832 IM833 TZ834 US840 VI850 BF854 UY858
UZ860 VE862 WF876 WS882 YE887 ZM894
"""
ALPHA_2 = {code[2:]: code[:2] for code in CODES.split()}


def main(source: Path) -> None:
    atlas = json.loads(source.read_text(encoding="utf-8"))
    arcs = [list(_absolute(arc, atlas["transform"])) for arc in atlas["arcs"]]
    thin = [_simplified(arc, _tolerance(arc)) for arc in arcs]
    pieces: dict[str, tuple[str, list[Any]]] = {}
    for country in atlas["objects"]["countries"]["geometries"]:
        if country.get("id") != ANTARCTICA:
            name = country["properties"]["name"]
            id = ALPHA_2[country["id"]] if "id" in country else NO_CODE.get(name, name)
            polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
            for rings in polygons:
                code, called = _home(id, name, arcs[max(rings[0][0], ~rings[0][0])][0])
                pieces.setdefault(code, (called, []))[1].append(rings)  # some possessions share their country's code
    shapes = [_feature(id, name, _shape(polygons, thin, arcs)) for id, (name, polygons) in sorted(pieces.items())]
    found = {"type": "FeatureCollection", "features": [shape for shape in shapes if shape["geometry"]["coordinates"]]}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    lost = sorted(shape["properties"]["name"] for shape in shapes if not shape["geometry"]["coordinates"])
    print(f"{len(found['features'])} countries, {TARGET.stat().st_size:,} bytes; too small to draw: {', '.join(lost)}")


def _home(id: str, name: str, place: Point) -> tuple[str, str]:
    """Code and name of a country's piece by one of its points."""
    for code, (called, west, south, east, north) in APART.get(id, {}).items():
        if west < place[0] < east and south < place[1] < north:
            return code, called
    return id, name


def _feature(id: str, name: str, polygons: list[list[Line]]) -> dict[str, Any]:
    geometry = {"type": "MultiPolygon", "coordinates": polygons}
    return {"type": "Feature", "id": id, "properties": {"name": name}, "geometry": geometry}


def _absolute(arc: Sequence[Sequence[int]], transform: dict[str, Sequence[float]]) -> Iterator[Point]:
    """An arc's points in degrees: it holds whole numbers, each the step from the one before."""
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    x = y = 0
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        yield x * kx + dx, y * ky + dy


def _tolerance(arc: Line) -> float:
    west, south, east, north = EUROPE
    return FINE if any(west < x < east and south < y < north for x, y in arc) else COARSE


def _simplified(line: Line, tolerance: float) -> Line:
    """Douglas & Peucker (1973), Cartographica 10(2): the fewest of these points that stay within the tolerance."""
    kept, open_parts = {0, len(line) - 1}, [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        between = range(first + 1, last)
        far = max(between, key=lambda i: _off(line[i], line[first], line[last]), default=first)
        if far > first and _off(line[far], line[first], line[last]) > tolerance:
            kept.add(far)
            open_parts += [(first, far), (far, last)]
    return [line[i] for i in sorted(kept)]


def _off(point: Point, a: Point, b: Point) -> float:
    """How far a point lies from the line between two others, in degrees of latitude."""
    narrow = math.cos(math.radians(point[1]))
    px, py = (point[0] - a[0]) * narrow, point[1] - a[1]
    bx, by = (b[0] - a[0]) * narrow, b[1] - a[1]
    along = max(0.0, min(1.0, (px * bx + py * by) / (bx * bx + by * by or 1.0)))
    return math.hypot(px - along * bx, py - along * by)


def _shape(polygons: list[list[list[int]]], thin: list[Line], arcs: list[Line]) -> list[list[Line]]:
    """A country's polygons, each an exterior ring and its holes; the largest piece in full if nothing else is left."""
    found = [_polygon(rings, thin) for rings in polygons]
    large = [rings for rings in found if rings and abs(_area(rings[0])) > (SPECK * _tolerance(rings[0])) ** 2]
    if not large:
        large = [max((_polygon(rings, arcs) for rings in polygons), key=lambda rings: abs(_area(rings[0])))]
    return [ready for rings in large for ready in _cut(rings)]


def _polygon(rings: list[list[int]], arcs: list[Line]) -> list[Line]:
    return [_ring(ring, arcs) for ring in rings]


def _ring(indices: list[int], arcs: list[Line]) -> Line:
    """Arcs joined end to start; ~i is arc i backwards. Longitudes run on beyond 180 where a ring crosses it."""
    ring: Line = []
    for i in indices:
        arc = arcs[i] if i >= 0 else arcs[~i][::-1]
        ring += arc[1:] if ring else arc
    turned = [ring[0]]
    for x, y in ring[1:]:
        turned.append((x - 360 * round((x - turned[-1][0]) / 360), y))
    return turned


def _cut(rings: list[Line]) -> Iterator[list[Line]]:
    """The polygon, or its parts on either side of the 180th meridian, as rings that are ready to be drawn."""
    for shift in (-360, 0, 360):
        parts = [_clipped([(x + shift, y) for x, y in ring]) for ring in rings]
        ready = [_wound([(round(x, 2), round(y, 2)) for x, y in part], i == 0) for i, part in enumerate(parts)]
        if ready[0]:
            yield [ring for ring in ready if ring]


def _clipped(ring: Line) -> Line:
    """What lies between the 180th meridian west and east: Sutherland & Hodgman (1974), CACM 17(1)."""
    for side in (-1, 1):
        kept: Line = []
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
            if ax * side <= 180:
                kept.append((ax, ay))
            if (ax * side <= 180) != (bx * side <= 180):
                kept.append((180 * side, ay + (by - ay) * (180 * side - ax) / (bx - ax)))
        ring = kept
    return ring


def _wound(ring: Line, exterior: bool) -> Line:
    """The ring closed and without repeated points, exteriors clockwise: d3-geo takes what lies to the right as inside,
    and would fill the rest of the globe. Empty if nothing of it has an area."""
    points = [point for i, point in enumerate(ring) if point != ring[i - 1]]
    if len(points) < 3 or not _area(points):
        return []
    if (_area(points) < 0) != exterior:
        points.reverse()
    return [*points, points[0]]


def _area(ring: Line) -> float:
    """In square degrees, negative for a clockwise ring."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], *ring[:1]], strict=True)) / 2


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="countries-50m.json of world-atlas")
    main(parser.parse_args().source)

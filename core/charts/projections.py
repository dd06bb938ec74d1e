"""The maps' views of the globe as plane coordinates, for figures on paper."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Projection = Callable[[Floats, Floats], tuple[Floats, Floats]]
# Šavrič, Patterson & Jenny (2018), The Equal Earth map projection, IJGIS 33(3), equations 9 and 10.
_A = (1.340264, -0.081106, 0.000893, 0.003796)


def equal_earth(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees to the plane, the sphere's radius as unit."""
    theta = np.arcsin(math.sqrt(3) / 2 * np.sin(np.radians(lat)))
    square = theta**2
    sixth = square**3
    slope = _A[0] + 3 * _A[1] * square + sixth * (7 * _A[2] + 9 * _A[3] * square)
    x = 2 * math.sqrt(3) / 3 * np.radians(lon) * np.cos(theta) / slope
    return x, theta * (_A[0] + _A[1] * square + sixth * (_A[2] + _A[3] * square))


def azimuthal_equal_area(lon0: float, lat0: float) -> Projection:
    """Lambert's projection about a centre in degrees (Snyder 1987, USGS Professional Paper 1395, equations 24-2 to
    24-4). The other side of the globe is NaN."""
    sin0, cos0 = math.sin(math.radians(lat0)), math.cos(math.radians(lat0))

    def project(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        sin, cos, away = np.sin(np.radians(lat)), np.cos(np.radians(lat)), np.radians(lon - lon0)
        near = sin0 * sin + cos0 * cos * np.cos(away)
        k = np.sqrt(2 / np.where(near > -0.1, 1 + near, np.nan))
        return k * cos * np.sin(away), k * (cos0 * sin - sin0 * cos * np.cos(away))

    return project


@dataclass(frozen=True)
class View:
    """A projection with the ends of what is seen."""

    project: Projection
    x: tuple[float, float]
    y: tuple[float, float]

    def rings(self, shape: Mapping[str, Any]) -> list[list[list[float]]]:
        """The outlines of a GeoJSON feature of polygons, in the plane, to the thousandth; holes are left out, and rings
        that are not wholly on this side."""
        geometry = shape["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        found = []
        for polygon in polygons:
            points = np.array(polygon[0], dtype=np.float64)[:, :2]
            x, y = self.project(points[:, 0], points[:, 1])
            if not np.isnan(x).any() and self._seen(x, y):
                found.append(np.column_stack([x, y]).round(4).tolist())
        return found

    def _seen(self, x: Floats, y: Floats) -> bool:
        return bool(x.max() >= self.x[0] and x.min() <= self.x[1] and y.max() >= self.y[0] and y.min() <= self.y[1])


def view(geo: Any) -> View:
    """What a figure's layout.geo shows. Raises ValueError for a projection that is not here."""
    named = geo.projection.type
    west, east = _ends(geo.lonaxis.range, (-180.0, 180.0))
    south, north = _ends(geo.lataxis.range, (-90.0, 90.0))
    if named == "equal earth":
        project: Projection = equal_earth
    elif named == "azimuthal equal area":
        project = azimuthal_equal_area(float(geo.projection.rotation.lon or 0), float(geo.projection.rotation.lat or 0))
    else:
        raise ValueError(f"The projection {named!r} cannot be drawn on paper.")
    across, up = np.linspace(west, east, 90), np.linspace(south, north, 90)
    lon = np.concatenate([across, across, np.full(90, west), np.full(90, east)])
    lat = np.concatenate([np.full(90, south), np.full(90, north), up, up])
    x, y = project(lon, lat)
    return View(project, (float(np.nanmin(x)), float(np.nanmax(x))), (float(np.nanmin(y)), float(np.nanmax(y))))


def _ends(given: Sequence[float] | None, usual: tuple[float, float]) -> tuple[float, float]:
    return (float(given[0]), float(given[1])) if given else usual

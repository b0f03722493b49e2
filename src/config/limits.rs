//! `[limits]`: limits per party of a local gateway.

use super::layer::Layers;
use crate::gateway::Limits;

pub(super) fn read(layers: &Layers) -> Limits {
    let defaults = Limits::default();
    let number = |setting, default| {
        layers
            .number(setting)
            .and_then(|number| number.try_into().ok())
            .unwrap_or(default)
    };
    Limits {
        requests_per_minute: number("limits.requests_per_minute", defaults.requests_per_minute),
        organization_requests_per_minute: number(
            "limits.organization_requests_per_minute",
            defaults.organization_requests_per_minute,
        ),
        calls_per_minute: number("limits.calls_per_minute", defaults.calls_per_minute),
        calls_per_hour: number("limits.calls_per_hour", defaults.calls_per_hour),
        connects_per_minute: number("limits.connects_per_minute", defaults.connects_per_minute),
        connects_per_hour: number("limits.connects_per_hour", defaults.connects_per_hour),
        creates_per_hour: number("limits.creates_per_hour", defaults.creates_per_hour),
        creates_per_day: number("limits.creates_per_day", defaults.creates_per_day),
        joins_per_hour: number("limits.joins_per_hour", defaults.joins_per_hour),
        joins_per_day: number("limits.joins_per_day", defaults.joins_per_day),
        adds_per_hour: number("limits.adds_per_hour", defaults.adds_per_hour),
        resets_per_hour: number("limits.resets_per_hour", defaults.resets_per_hour),
        connections: number("limits.connections", defaults.connections),
        connections_per_client: number(
            "limits.connections_per_client",
            defaults.connections_per_client,
        ),
        ..defaults
    }
}

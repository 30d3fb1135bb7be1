using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Tables;

/// <summary>Events as kubectl get shows them.</summary>
internal static class EventTable
{
    internal static readonly TableLayout Layout = new(
    [
        new TableColumn("Last Seen"), new TableColumn("Type"), new TableColumn("Reason"), new TableColumn("Object"),
        new TableColumn("Subobject", 1), new TableColumn("Source", 1), new TableColumn("Message"), new TableColumn("First Seen", 1),
        new TableColumn("Count", 1), TableLayout.Name with { Priority = 1 },
    ],
    (item, now) =>
    [
        HumanDuration.Since(item.Text("lastTimestamp") ?? item.Text("eventTime"), now), item.Text("type"), item.Text("reason"),
        $"{(item.Text("involvedObject", "kind") ?? "").ToLowerInvariant()}/{item.Text("involvedObject", "name")}",
        item.Text("involvedObject", "fieldPath") ?? "", item.Text("source", "component") ?? item.Text("reportingComponent") ?? "",
        item.Text("message")?.Trim(), HumanDuration.Since(item.Text("firstTimestamp") ?? item.Text("eventTime"), now),
        item.Number("count") ?? 1, item.Name(),
    ]);
}

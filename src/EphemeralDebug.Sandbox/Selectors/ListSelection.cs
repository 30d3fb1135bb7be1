using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Http;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Selectors;

/// <summary>Which objects a list or a watch is about: kind, namespace, label and field selector.</summary>
internal sealed record ListSelection(ResourceType Type, string? Namespace, LabelSelector Labels, FieldSelector Fields)
{
    internal bool SelectsAll => Labels.SelectsAll && Fields.SelectsAll;

    internal bool Matches(JsonObject value) => Labels.Matches(value) && Fields.Matches(value);

    internal bool Covers(StoreEvent happened) =>
        happened.Resource == Type && (Namespace is null || happened.Object.Namespace() == Namespace);

    internal static ListSelection Of(ApiRequest request, ResourceType type)
    {
        string? fields = request.Query("fieldSelector");
        if (request.Info.Name is { } name) fields = $"metadata.name={name}";
        return new ListSelection(type, type.Namespaced ? request.Info.Namespace : null,
            LabelSelector.Parse(request.Query("labelSelector")), FieldSelector.Parse(fields, type));
    }
}

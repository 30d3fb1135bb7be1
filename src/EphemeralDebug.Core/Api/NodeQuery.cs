namespace EphemeralDebug.Core.Api;

/// <summary>Which nodes to list.</summary>
public sealed record NodeQuery
{
    /// <summary>A label selector in kubectl's grammar.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>A field selector: <c>metadata.name=n1</c>, <c>spec.unschedulable=true</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>How many nodes the server gives in one answer.</summary>
    public int PageSize { get; init; } = 500;
}

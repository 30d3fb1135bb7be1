namespace EphemeralDebug.Core.Api;

/// <summary>Which pods to list.</summary>
public sealed record PodQuery
{
    /// <summary>The namespace; null for all namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>A label selector in kubectl's grammar: <c>app=web,tier!=test</c>, <c>env in (a,b)</c>, <c>!canary</c>.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>A field selector: <c>status.phase=Running,spec.nodeName!=n1</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Only the pods bound to this node (<c>spec.nodeName</c>).</summary>
    public string? Node { get; init; }

    /// <summary>
    /// Only pods whose controller has one of these uids (<see cref="WorkloadPods.OwnerUids"/>); null asks nothing of the
    /// owner. The server cannot select by owner, so that this is judged here.
    /// </summary>
    public IReadOnlyList<string>? OwnerUids { get; init; }

    /// <summary>How many pods the server gives in one answer. The first page is smaller, so that the first row comes sooner.</summary>
    public int PageSize { get; init; } = 500;
}

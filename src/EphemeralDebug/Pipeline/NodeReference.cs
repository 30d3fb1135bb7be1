namespace EphemeralDebug.Pipeline;

/// <summary>
/// A node as users name it: <c>worker-1</c>, <c>node/worker-1</c>, an object of this module, or what
/// <c>kubectl get node -o json | ConvertFrom-Json</c> gives. Whether the name can be right is judged when it is used.
/// </summary>
public sealed class NodeReference
{
    private NodeReference(string text) => Text = text;

    /// <summary>What the user wrote, or the name that was found in the object.</summary>
    public string Text { get; }

    /// <summary>The node's name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The context that the object was read through.</summary>
    public string? Context { get; private init; }

    /// <summary>The kubeconfig that the object was read through, where one was given by parameter.</summary>
    public string? KubeConfig { get; private init; }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Makes a reference of whatever came; null where it is nothing that names a node.</summary>
    internal static NodeReference? From(object? value) => PodReference.Plain(value) switch
    {
        null => null,
        NodeReference reference => reference,
        NodeInfo node => new(node.Name) { Name = node.Name, Context = node.Context, KubeConfig = node.KubeConfig },
        // A pod has its node's name, and a name of its own, which is not meant.
        PodInfo pod => Of(pod.Node, pod.Context, pod.KubeConfig),
        DebugPod pod => Of(pod.Node, pod.Context, pod.KubeConfig),
        ContainerInfo => null,
        string text => FromText(text),
        IFormattable number => FromText(Convert.ToString(number, System.Globalization.CultureInfo.InvariantCulture)!),
        _ => FromMembers(value!),
    };

    private static NodeReference? Of(string? name, string? context, string? kubeConfig) =>
        name is null ? null : new(name) { Name = FromText(name).Name, Context = context, KubeConfig = kubeConfig };

    /// <summary>The name in <c>node/NAME</c>; else the text as it is.</summary>
    internal static string NameIn(string text) => PodReference.NameIn(text, "node", "nodes", "no");

    private static NodeReference FromText(string text) => new(text) { Name = NameIn(text) };

    // An object of kubectl's JSON has metadata; any other tells the node as Node, NodeName or Name.
    private static NodeReference? FromMembers(object value)
    {
        if (PodReference.Member(value, "metadata") is { } metadata)
            return PodReference.StringOf(PodReference.Member(value, "kind")) is null or "Node" ? Of(PodReference.StringOf(PodReference.Member(metadata, "name")), null, null) : null;
        string? name = new[] { "Node", "NodeName", "Name" }.Select(member => PodReference.StringOf(PodReference.Member(value, member))).FirstOrDefault(found => found is not null);
        return Of(name, PodReference.StringOf(PodReference.Member(value, "Context")), PodReference.StringOf(PodReference.Member(value, "KubeConfig")));
    }
}

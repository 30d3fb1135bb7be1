using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace EphemeralDebug.Pipeline;

/// <summary>
/// A pod as users name it: <c>web-0</c>, <c>pod/web-0</c>, an object of this module, or what
/// <c>kubectl get pod -o json | ConvertFrom-Json</c> gives. Whether the name can be right is judged when it is used.
/// </summary>
public sealed class PodReference
{
    private PodReference(string text) => Text = text;

    /// <summary>What the user wrote, or the name that was found in the object.</summary>
    public string Text { get; }

    /// <summary>The pod's name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The namespace that the object tells; null where only a name was given.</summary>
    public string? Namespace { get; private init; }

    /// <summary>The context that the object was read through.</summary>
    public string? Context { get; private init; }

    /// <summary>The kubeconfig that the object was read through, where one was given by parameter.</summary>
    public string? KubeConfig { get; private init; }

    /// <summary>The uid of the pod that the object was, so that a later pod of the same name is not taken for it.</summary>
    public string? Uid { get; private init; }

    /// <summary>The debug container that the object is or names; null for a pod.</summary>
    public string? ContainerName { get; private init; }

    /// <summary>The node that is meant instead of a pod, in the cmdlets that take both; null for a pod.</summary>
    internal NodeReference? Node { get; private init; }

    /// <summary>The object itself, as it came.</summary>
    internal object? Source { get; private set; }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>The pod in the words of -WhatIf and -Confirm; <paramref name="ns"/> is null where the context decides.</summary>
    internal string PathIn(string? ns) => ns is null ? $"pod/{Name}" : $"pod/{ns}/{Name}";

    /// <summary>Makes a reference of whatever came, a node too; null where it is neither.</summary>
    internal static PodReference? FromPodOrNode(object? value) => IsNode(value) && NodeReference.From(value) is { } node
        ? new(node.Text) { Name = node.Name, Context = node.Context, KubeConfig = node.KubeConfig, Node = node }
        : From(value);

    private static bool IsNode(object? value) => Plain(value) switch
    {
        null => false,
        NodeInfo or NodeReference => true,
        string text => NodeReference.NameIn(text) != text,
        _ => StringOf(Member(value!, "kind")) == "Node",
    };

    /// <summary>Makes a reference of whatever came; null where it is nothing that names a pod.</summary>
    internal static PodReference? From(object? value)
    {
        object? plain = Plain(value);
        PodReference? named = plain switch
        {
            null => null,
            PodReference reference => reference,
            PodInfo pod => new(pod.Name) { Name = pod.Name, Namespace = pod.Namespace, Context = pod.Context, KubeConfig = pod.KubeConfig, Uid = pod.Uid },
            ContainerInfo container => new(container.Pod)
            {
                Name = container.Pod,
                Namespace = container.Namespace,
                Context = container.Context,
                KubeConfig = container.KubeConfig,
                Uid = container.PodUid,
                ContainerName = container.Name,
            },
            DebugPod pod => new(pod.Name)
            {
                Name = pod.Name,
                Namespace = pod.Namespace,
                Context = pod.Context,
                KubeConfig = pod.KubeConfig,
                Uid = pod.Uid,
                ContainerName = pod.Container,
            },
            DebugArtifact { Pod: { } pod } artifact => new(pod)
            {
                Name = pod,
                Namespace = artifact.Namespace,
                Context = artifact.Context,
                KubeConfig = artifact.KubeConfig,
                Uid = artifact.PodUid,
                ContainerName = artifact.Container,
            },
            string text => FromText(text),
            char or bool or IFormattable => FromText(Convert.ToString(plain, CultureInfo.InvariantCulture)!),
            NodeInfo or DebugArtifact => null,
            _ => FromMembers(value!),
        };
        if (named is not null) named.Source ??= plain;
        return named;
    }

    /// <summary>A member of an object or an entry of a hashtable; null where there is none.</summary>
    internal static object? Member(object value, string name) => Plain(value) is IDictionary map
        ? map.Contains(name) ? map[name] : null
        : PSObject.AsPSObject(value).Properties[name]?.Value;

    /// <summary>The name in <c>TYPE/NAME</c>, where the type is one of these; else the text as it is.</summary>
    internal static string NameIn(string text, params string[] types)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && types.Contains(text[..slash], StringComparer.OrdinalIgnoreCase) ? text[(slash + 1)..] : text;
    }

    private static PodReference FromText(string text) => new(text) { Name = NameIn(text, "pod", "pods", "po") };

    // An object of kubectl's JSON has metadata; any other tells the pod as Pod (then Name or Container is a container's) or as Name.
    private static PodReference? FromMembers(object value)
    {
        if (Member(value, "metadata") is { } metadata)
        {
            string? kind = StringOf(Member(value, "kind"));
            return kind is null or "Pod" && StringOf(Member(metadata, "name")) is { } named
                ? new(named) { Name = named, Namespace = StringOf(Member(metadata, "namespace")), Uid = StringOf(Member(metadata, "uid")) }
                : null;
        }

        string? pod = StringOf(Member(value, "Pod"));
        string? own = StringOf(Member(value, "Name"));
        return (pod ?? own) is not { } name
            ? null
            : new(name)
            {
                Name = FromText(name).Name,
                Namespace = StringOf(Member(value, "Namespace")),
                Context = StringOf(Member(value, "Context")),
                KubeConfig = StringOf(Member(value, "KubeConfig")),
                Uid = StringOf(Member(value, pod is null ? "Uid" : "PodUid")),
                ContainerName = pod is null ? null : own ?? StringOf(Member(value, "Container")),
            };
    }

    internal static object? Plain(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    internal static string? StringOf(object? value) => Plain(value) is string { Length: > 0 } text ? text : null;
}

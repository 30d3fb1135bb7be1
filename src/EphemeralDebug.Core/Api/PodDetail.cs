namespace EphemeralDebug.Core.Api;

/// <summary>A pod with the states of all its containers, which the row of a list leaves out.</summary>
/// <param name="Row">The row.</param>
/// <param name="Containers">The ordinary containers, the init containers, the ephemeral ones, each in the order of the specification.</param>
/// <param name="Message">What the server says of the pod's phase (<c>status.message</c>): why a node did not admit it, that its deadline is over.</param>
public sealed record PodDetail(PodInfo Row, IReadOnlyList<ContainerInfo> Containers, string? Message)
{
    /// <summary>The container of a name, which is unique in a pod; null where there is none.</summary>
    public ContainerInfo? Find(string container) => Containers.FirstOrDefault(one => one.Name == container);
}

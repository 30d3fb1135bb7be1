namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>A sandbox with 2,000 pods of about 8 KB in the namespace <c>load</c>, and no kubelet.</summary>
public sealed class LoadedCluster : TestCluster
{
    protected override bool HasKubelet => false;

    protected override int SyntheticPods => 2000;
}

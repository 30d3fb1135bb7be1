namespace EphemeralDebug.Module.Tests.Harness;

/// <summary>A sandbox without a kubelet: pods stay as the tests stored them.</summary>
public sealed class StaticCluster : TestCluster
{
    protected override bool HasKubelet => false;
}

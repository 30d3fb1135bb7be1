using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Errors;

/// <summary>A kubeconfig that cannot lead anywhere: one clear error, whatever the cmdlet.</summary>
public sealed class KubeConfigErrorTests : ClusterTests, IClassFixture<StaticCluster>
{
    public KubeConfigErrorTests(StaticCluster cluster) : base(cluster)
    {
    }

    public static TheoryData<string> Cmdlets => new(
        "Get-Pod", "Get-Node", "Get-EphemeralContainer", "'web' | New-EphemeralContainer", "Wait-EphemeralContainer web", "Get-EphemeralContainerLog web");

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_missing_file_is_an_error_of_every_cmdlet(string command)
    {
        RunResult result = Run($"{command} -KubeConfig /no/such/kubeconfig");

        Assert.Equal(["KubeConfigNotFound"], result.ErrorIds);
        Assert.Contains("/no/such/kubeconfig", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("-KubeConfig", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Cluster.Sandbox.Requests);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void An_unknown_context_is_an_error_of_every_cmdlet(string command)
    {
        RunResult result = Run($"{command} -Context Sandbox");

        Assert.Equal(["UnknownContext"], result.ErrorIds);
        Assert.Contains("-Context 'sandbox'", result.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "NoKubeConfig")]
    [InlineData("\n# nothing\n", "NoKubeConfig")]
    [InlineData("apiVersion: v1\nclusters: [", "InvalidKubeConfig")]
    [InlineData("apiVersion: v1\nclusters:\n  name: x\n", "InvalidKubeConfig")]
    [InlineData("just a text", "InvalidKubeConfig")]
    [InlineData("\0\u0001\u0002", "InvalidKubeConfig")]
    [InlineData("apiVersion: v1\nkind: Config\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n", "NoCurrentContext")]
    [InlineData("apiVersion: v1\ncurrent-context: b\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n", "UnknownContext")]
    [InlineData("apiVersion: v1\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n", "UnknownCluster")]
    [InlineData("apiVersion: v1\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://x'}}]\n", "UnknownUser")]
    public void A_broken_file_is_an_error(string text, string errorId)
    {
        string file = Cluster.Write(Guid.NewGuid().ToString("n"), text);
        RunResult result = Run("Get-Pod -KubeConfig $file", ("file", file));

        Assert.Equal([errorId], result.ErrorIds);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
        Assert.Equal(text, File.ReadAllText(file));
    }

    [Fact]
    public void A_file_that_has_been_corrected_is_read_anew()
    {
        string file = Cluster.Write("corrected", "clusters: [");
        Assert.Equal(["InvalidKubeConfig"], Run("Get-Pod -KubeConfig $file", ("file", file)).ErrorIds);
        File.Copy(Cluster.KubeConfig, file, overwrite: true);
        Succeed("Get-Pod -KubeConfig $file", ("file", file));
    }

    [Fact]
    public void One_error_for_each_pod_and_no_more()
    {
        RunResult result = Run("'a', 'b' | New-EphemeralContainer -KubeConfig /no/such/kubeconfig");
        Assert.Equal(["KubeConfigNotFound", "KubeConfigNotFound"], result.ErrorIds);
        Assert.Equal(["a", "b"], result.Errors.Select(error => error.TargetObject).Order());
    }
}

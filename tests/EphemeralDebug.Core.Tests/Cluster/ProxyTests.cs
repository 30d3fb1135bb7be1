using EphemeralDebug.Core.Cluster;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class ProxyTests : IDisposable
{
    private static readonly TestAuthority s_authority = new();
    private readonly TestFolder _folder = new() { Time = new NoDelay() };
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(Answers.Fine, s_authority.Server("kube.example"));

    private ClusterConnection Connect(string proxy, string host = "kube.example", string more = "") =>
        _folder.Open(_folder.KubeConfig(new($"https://{host}:6443"), $"certificate-authority-data: {s_authority.Data}{(proxy.Length == 0 ? "" : $", proxy-url: '{proxy}'")}{more}", ""));

    [Fact]
    public async Task Requests_and_streams_go_through_the_proxy_of_the_kubeconfig()
    {
        await using TestServer server = await StartAsync();
        await using TestProxy proxy = new(server.Port, "jo hn:p:w");
        ClusterConnection connection = Connect($"http://jo%20hn:p%3Aw@127.0.0.1:{proxy.Port}");
        Assert.Equal("fine", await connection.GetTextAsync("version", _stop));
        using HttpRequestMessage upgrade = Sending.Upgrade("attach");
        (await connection.SendAsync(upgrade, _stop)).Dispose();
        Assert.Equal("CONNECT kube.example:6443 HTTP/1.1", Assert.Single(proxy.Asked.Distinct()));
        Assert.Equal(["HTTP/2", "HTTP/1.1"], server.Requests.Select(request => request.Protocol));
    }

    [Theory]
    [InlineData("socks5")]
    [InlineData("socks5h")]
    public async Task A_socks_proxy_is_one_too(string scheme)
    {
        await using TestServer server = await StartAsync();
        await using TestProxy proxy = new(server.Port);
        Assert.Equal("fine", await Connect($"{scheme}://127.0.0.1:{proxy.Port}").GetTextAsync("version", _stop));
        Assert.Equal("SOCKS kube.example:6443", Assert.Single(proxy.Asked));
    }

    [Fact]
    public async Task A_proxy_may_be_reached_by_tls()
    {
        await using TestServer server = await StartAsync();
        await using TestProxy proxy = new(server.Port, certificate: s_authority.Server("127.0.0.1"));
        Assert.Equal("fine", await Connect($"https://127.0.0.1:{proxy.Port}").GetTextAsync("version", _stop));
        Assert.Equal(["CONNECT kube.example:6443 HTTP/1.1"], proxy.Asked);
    }

    [Fact]
    public async Task Host_names_are_verified_behind_a_proxy()
    {
        await using TestServer server = await StartAsync();
        await using TestProxy proxy = new(server.Port);
        Assert.Equal("CertificateHostMismatch", (await Assert.ThrowsAsync<DebugException>(() => Connect($"http://127.0.0.1:{proxy.Port}", "else.example").GetTextAsync("version", _stop))).ErrorId);
        Assert.Equal("fine", await Connect($"http://127.0.0.1:{proxy.Port}", "else.example", ", tls-server-name: kube.example").GetTextAsync("version", _stop));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_proxy_of_the_environment_is_taken_where_the_kubeconfig_names_none()
    {
        await using TestServer server = await StartAsync();
        await using TestProxy proxy = new(server.Port);
        _folder.Variables["https_proxy"] = $"127.0.0.1:{proxy.Port}";
        Assert.Equal("fine", await Connect("").GetTextAsync("version", _stop));
        Assert.Single(proxy.Asked);
    }

    [Fact]
    public async Task A_proxy_that_is_down_or_refuses_is_told_without_its_password()
    {
        await using TestProxy refusing = new(1, "other:password");
        DebugException refused = await Assert.ThrowsAsync<DebugException>(() => Connect($"http://john:s3cret@127.0.0.1:{refusing.Port}").GetTextAsync("version", _stop));
        TestProxy gone = new(1);
        string address = $"http://john:s3cret@127.0.0.1:{gone.Port}";
        await gone.DisposeAsync();
        DebugException down = await Assert.ThrowsAsync<DebugException>(() => Connect(address).GetTextAsync("version", _stop));
        foreach (DebugException error in new[] { refused, down })
        {
            Assert.Equal("ProxyFailed", error.ErrorId);
            Assert.DoesNotContain("s3cret", Sending.Everything(error), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_variable_that_is_no_proxy_is_told_without_its_value()
    {
        _folder.Variables["HTTPS_PROXY"] = "ftp://john:s3cret@proxy";
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => Connect("").GetTextAsync("version", _stop));
        Assert.Equal("ProxyVariableInvalid", error.ErrorId);
        Assert.DoesNotContain("s3cret", Sending.Everything(error), StringComparison.Ordinal);
        Assert.Equal("InvalidKubeConfig", Assert.Throws<DebugException>(() => Connect("ftp://proxy")).ErrorId);
    }

    [Theory]
    [InlineData("https://kube.example:6443", "", true)]
    [InlineData("https://kube.example:6443", "example", false)]
    [InlineData("https://kube.example:6443", ".example", false)]
    [InlineData("https://kube.example:6443", "*.example", false)]
    [InlineData("https://kube.example:6443", "kube.example", false)]
    [InlineData("https://kube.example:6443", "ube.example", true)]
    [InlineData("https://kube.example:6443", "a, KUBE.example:6443", false)]
    [InlineData("https://kube.example:6443", "kube.example:443", true)]
    [InlineData("https://kube.example:6443", "*", false)]
    [InlineData("https://10.1.2.3:6443", "10.0.0.0/8", false)]
    [InlineData("https://10.1.2.3:6443", "10.1.2.200/24", false)]
    [InlineData("https://10.1.3.3:6443", "10.1.2.200/24", true)]
    [InlineData("https://11.1.2.3:6443", "10.0.0.0/8", true)]
    [InlineData("https://10.1.2.3:6443", "10.1.2.3", false)]
    [InlineData("https://[fd00::1]:6443", "fd00::/8", false)]
    [InlineData("https://localhost:6443", "", false)]
    [InlineData("https://127.0.0.1:6443", "", false)]
    [InlineData("http://kube.example", "", false)]
    public void No_proxy_is_read_as_kubectl_reads_it(string server, string exceptions, bool proxied)
    {
        _folder.Variables["HTTPS_PROXY"] = "http://proxy.example:3128";
        _folder.Variables["NO_PROXY"] = exceptions;
        Assert.Equal(proxied ? new Uri("http://proxy.example:3128") : null, new EnvironmentProxy(_folder.Surroundings).For(new(server)));
    }
}

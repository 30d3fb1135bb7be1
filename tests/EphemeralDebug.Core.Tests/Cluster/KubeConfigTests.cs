using EphemeralDebug.Core.Cluster;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class KubeConfigTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ClusterConnection OpenDefault(string? context = null) => _folder.Cache.Open(new(null, context));

    private void Use(params string[] paths) => _folder.Variables["KUBECONFIG"] = string.Join(Path.PathSeparator, paths);

    private static string Config(string? current, string context, string server, string? extra = null) => $$"""
        {{(current is null ? "" : "current-context: " + current)}}
        contexts: [{name: {{context}}, context: {cluster: {{context}}, namespace: ns-{{context}} } }]
        clusters: [{name: {{context}}, cluster: {server: '{{server}}' } }]
        {{extra}}
        """;

    [Fact]
    public void Of_several_files_the_first_that_names_a_thing_wins()
    {
        Use(_folder.Write("1", Config(null, "a", "https://one")), _folder.Write("2", Config("b", "a", "https://two")), _folder.Write("3", Config("a", "b", "https://three")));
        ClusterConnection current = OpenDefault();
        Assert.Equal(("b", "ns-b", "https://three/"), (current.Context, current.DefaultNamespace, current.Server.ToString()));
        Assert.Equal("https://one/", OpenDefault("a").Server.ToString());
        Assert.Equal(["a", "b"], ConnectionCache.ListContexts(null, _folder.Surroundings));
    }

    [Fact]
    public void Missing_files_and_empty_elements_are_skipped()
    {
        Use("", _folder.Path("none"), _folder.Write("empty", ""), _folder.Write("1", Config("a", "a", "https://one")), "");
        Assert.Equal("a", OpenDefault().Context);
    }

    [Fact]
    public void The_default_is_the_file_in_the_home_folder()
    {
        _folder.Variables["HOME"] = _folder.Root;
        _folder.Write(".kube/config", Config("a", "a", "https://one"));
        Assert.Equal("https://one/", OpenDefault().Server.ToString());
    }

    [Fact]
    public void The_file_given_by_parameter_is_read_alone_and_must_exist()
    {
        Use(_folder.Write("1", Config("a", "a", "https://one")));
        ClusterConnection given = _folder.Open(_folder.Write("2", Config("b", "b", "https://two")));
        Assert.Equal("b", given.Context);
        Assert.Equal(_folder.Path("2"), given.KubeConfig);
        Assert.Equal("KubeConfigNotFound", Assert.Throws<DebugException>(() => _folder.Open(_folder.Path("none"))).ErrorId);
    }

    [Fact]
    public void Contexts_are_case_sensitive_and_a_near_name_is_proposed()
    {
        string file = _folder.Write("1", Config("prod", "prod", "https://one"));
        DebugException error = Assert.Throws<DebugException>(() => _folder.Open(file, "Prod"));
        Assert.Equal("UnknownContext", error.ErrorId);
        Assert.Contains("Did you mean 'prod'?", error.Message, StringComparison.Ordinal);
        Assert.Contains("It has: prod.", Assert.Throws<DebugException>(() => _folder.Open(file, "elsewhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_is_relative_to_the_file_that_says_it()
    {
        TestAuthority authority = new();
        _folder.Write("sub/ca.crt", authority.Pem);
        _folder.Write("sub/token", "from-file");
        string file = _folder.Write("sub/config", """
            current-context: a
            contexts: [{name: a, context: {cluster: a, user: a}}]
            clusters: [{name: a, cluster: {server: 'https://one', certificate-authority: ca.crt}}]
            users: [{name: a, user: {tokenFile: ./token, exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ./bin/login}}}]
            """);
        Use(_folder.Write("first", ""), file);
        List<string> files = [];
        KubeConfigFile config = KubeConfigFile.Load(KubeConfigSources.Find(null, _folder.Surroundings));
        KubeUser user = KubeUser.From(config.Users["a"], files);
        Assert.Equal(authority.Pem, System.Text.Encoding.UTF8.GetString(KubeCluster.From(config.Clusters["a"], false, files).CertificateAuthority!));
        Assert.Equal(_folder.Path("sub", "token"), user.TokenFile);
        Assert.Equal(_folder.Path("sub", "bin", "login"), user.Exec!.Command);
        Assert.Equal([_folder.Path("sub", "ca.crt")], files);
    }

    [Fact]
    public void A_bare_command_is_left_to_PATH() =>
        Assert.Equal("login", KubeUser.From(User("exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: login}"), []).Exec!.Command);

    [Theory]
    [InlineData("a: [1, 2\n", "line ")]
    [InlineData("- a\n", "not a map")]
    [InlineData("kind: Pod\n", "kind")]
    [InlineData("apiVersion: v2\n", "apiVersion")]
    [InlineData("contexts: {a: b}\n", "must be a list")]
    [InlineData("contexts: [{context: {}}]\n", "no name")]
    [InlineData("clusters: [{name: a}, {name: a}]\n", "twice")]
    [InlineData("current-context: 1\n", "must be text")]
    public void A_broken_file_is_named_with_what_is_wrong(string text, string expected)
    {
        string file = _folder.Write("broken", text);
        DebugException error = Assert.Throws<DebugException>(() => _folder.Open(file));
        Assert.Equal("InvalidKubeConfig", error.ErrorId);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "NoKubeConfig")]
    [InlineData("# nothing\n", "NoKubeConfig")]
    [InlineData("contexts: [{name: a, context: {cluster: a}}]", "NoCurrentContext")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: x}}]}", "UnknownCluster")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: a, user: x}}], clusters: [{name: a, cluster: {server: 'https://one'}}]}", "UnknownUser")]
    [InlineData("{current-context: b}", "UnknownContext")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {}}]}", "InvalidKubeConfig")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {}}]}", "InvalidKubeConfig")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {server: 'ftp://x'}}]}", "InvalidKubeConfig")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {server: 'https://x', certificate-authority: none.crt}}]}", "CredentialFileUnreadable")]
    [InlineData("{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {server: 'https://x', certificate-authority-data: '%'}}]}", "InvalidKubeConfig")]
    public void What_a_kubeconfig_lacks_is_its_own_error(string text, string errorId)
    {
        string file = _folder.Write("config", text);
        DebugException error = Assert.Throws<DebugException>(() => _folder.Open(file));
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.Advice);
    }

    [Theory]
    [InlineData("username: jane, token: secret1", "InvalidKubeConfig")]
    [InlineData("client-certificate-data: c2VjcmV0MQ==", "InvalidKubeConfig")]
    [InlineData("client-key-data: c2VjcmV0MQ==", "InvalidKubeConfig")]
    [InlineData("client-certificate-data: c2VjcmV0MQ==, client-key-data: c2VjcmV0MQ==", "ClientCertificateUnusable")]
    [InlineData("token: 12345678", "InvalidKubeConfig")]
    [InlineData("token: \"sec\\u0007ret1\"", "UnsafeHeaderValue")]
    [InlineData("as-groups: [g]", "InvalidKubeConfig")]
    [InlineData("as: \"jane\\r\\nAuthorization: x\"", "UnsafeHeaderValue")]
    [InlineData("as: jane, as-user-extra: {a: b}", "InvalidKubeConfig")]
    [InlineData("exec: {command: x}", "InvalidKubeConfig")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: x}", "InvalidKubeConfig")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", "ExecApiVersionUnsupported")]
    [InlineData("auth-provider: {name: gcp}", "AuthProviderUnsupported")]
    [InlineData("auth-provider: {name: azure}", "AuthProviderUnsupported")]
    [InlineData("auth-provider: {name: oidc, config: {client-id: x}}", "InvalidKubeConfig")]
    public void A_user_that_cannot_be_used_is_refused_without_showing_its_secrets(string user, string errorId)
    {
        string file = _folder.KubeConfig(new("https://one"), "disable-compression: false", user);
        DebugException error = Assert.Throws<DebugException>(() => _folder.Open(file));
        Assert.Equal(errorId, error.ErrorId);
        foreach (string secret in new[] { "secret1", "c2VjcmV0MQ", "12345678" }) Assert.DoesNotContain(secret, Sending.Everything(error), StringComparison.Ordinal);
    }

    [Fact]
    public void Impersonation_becomes_headers()
    {
        KubeUser user = KubeUser.From(User("as: jane, as-uid: u-1, as-groups: [dev, ops], as-user-extra: {'acme.com/Proj ect': [one, two], reason: [x]}"), []);
        Assert.Equal(
            [
                new("Impersonate-User", "jane"), new("Impersonate-Uid", "u-1"), new("Impersonate-Group", "dev\uE000ops"),
                new("Impersonate-Extra-acme.com%2FProj%20ect", "one\uE000two"), new("Impersonate-Extra-reason", "x"),
            ],
            user.Impersonation);
    }

    [Theory]
    [InlineData("https://host:6443", "https://host:6443/")]
    [InlineData("https://host/k8s/clusters/c-1/", "https://host/k8s/clusters/c-1/")]
    [InlineData("https://host/k8s/clusters/c-1", "https://host/k8s/clusters/c-1/")]
    [InlineData("https://[fd00::1]:6443", "https://[fd00::1]:6443/")]
    [InlineData("host:8080", "http://host:8080/")]
    [InlineData("http://127.0.0.1:8001", "http://127.0.0.1:8001/")]
    public void A_server_keeps_its_prefix(string server, string expected) =>
        Assert.Equal(expected, _folder.Open(_folder.Write("config", Config("a", "a", server))).Server.ToString());

    [Fact]
    public void A_json_kubeconfig_is_one_too()
    {
        string file = _folder.Write("config", """{"kind":"Config","apiVersion":"v1","current-context":"a",	"contexts":[{"name":"a","context":{"cluster":"a"}}],"clusters":[{"name":"a","cluster":{"server":"https://one"}}],"users":null}""");
        Assert.Equal("a", _folder.Open(file).Context);
    }

    [Fact]
    public void A_change_of_the_file_is_seen_at_once_and_an_unchanged_one_gives_the_same_connection()
    {
        string file = _folder.Write("config", Config("a", "a", "https://one"));
        ClusterConnection first = _folder.Open(file);
        Assert.Same(first, _folder.Open(file));
        File.WriteAllText(file, File.ReadAllText(file).Replace("ns-a", "another", StringComparison.Ordinal));
        ClusterConnection second = _folder.Open(file);
        Assert.Equal("another", second.DefaultNamespace);
        // Only the namespace differs, so the pool is the same.
        Assert.Same(first.Channel, second.Channel);
        File.WriteAllText(file, File.ReadAllText(file).Replace("https://one", "https://elsewhere", StringComparison.Ordinal));
        Assert.NotSame(first.Channel, _folder.Open(file).Channel);
    }

    [Fact]
    public void A_change_behind_a_link_is_seen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there");
        string file = _folder.Write("config", Config("a", "a", "https://one"));
        string link = _folder.Path("link");
        File.CreateSymbolicLink(link, file);
        Assert.Equal("https://one/", _folder.Open(link).Server.ToString());
        File.WriteAllText(file, File.ReadAllText(file).Replace("https://one", "https://two", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
        Assert.Equal("https://two/", _folder.Open(link).Server.ToString());
    }

    [Fact]
    public void A_file_that_comes_into_being_is_seen()
    {
        Use(_folder.Path("late"), _folder.Write("2", Config("b", "b", "https://two")));
        Assert.Equal("b", OpenDefault().Context);
        _folder.Write("late", Config("a", "a", "https://one"));
        Assert.Equal("a", OpenDefault().Context);
    }

    [Fact]
    public void Completion_never_fails()
    {
        Assert.Empty(ConnectionCache.ListContexts(_folder.Path("none"), _folder.Surroundings));
        Assert.Empty(ConnectionCache.ListContexts(_folder.Write("broken", "a: ["), _folder.Surroundings));
        Assert.Empty(ConnectionCache.ListContexts(null, _folder.Surroundings));
    }

    [Theory]
    [InlineData("10.0.0.1", "https://10.0.0.1:443/")]
    [InlineData("fd00::1", "https://[fd00::1]:443/")]
    public void Without_a_kubeconfig_the_pods_own_cluster_is_reached(string host, string expected)
    {
        _folder.Variables["KUBERNETES_SERVICE_HOST"] = host;
        _folder.Variables["KUBERNETES_SERVICE_PORT"] = "443";
        Assert.Equal("NoKubeConfig", Assert.Throws<DebugException>(() => OpenDefault()).ErrorId);
        _folder.Write("serviceaccount/token", "t");
        _folder.Write("serviceaccount/ca.crt", new TestAuthority().Pem);
        _folder.Write("serviceaccount/namespace", "tools\n");
        ClusterConnection connection = OpenDefault();
        Assert.Null(connection.Context);
        Assert.Equal("tools", connection.DefaultNamespace);
        Assert.Equal(new Uri(expected), connection.Server);

        // A kubeconfig counts more; where it names no namespace, the pod's own is meant.
        Use(_folder.Write("1", "{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {server: 'https://one'}}]}"));
        Assert.Equal(("a", "tools"), (OpenDefault().Context, OpenDefault().DefaultNamespace));
    }

    private KubeConfigEntry User(string user) => KubeConfigFile.Parse(_folder.Path("config"), $$"""users: [{name: u, user: { {{user}} } }]""").Users["u"];
}

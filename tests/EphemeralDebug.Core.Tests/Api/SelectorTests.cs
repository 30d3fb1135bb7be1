using EphemeralDebug.Core.Api;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

public sealed class SelectorTests
{
    // From the tests of labels.Parse in k8s.io/apimachinery.
    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("x=a,y=b,z=c")]
    [InlineData("x!=a,y=b")]
    [InlineData("x=")]
    [InlineData("x= ")]
    [InlineData("x=,z= ")]
    [InlineData("x= ,z= ")]
    [InlineData("x==a")]
    [InlineData("!x")]
    [InlineData("! x , y")]
    [InlineData("x>1")]
    [InlineData("x>1,z<5")]
    [InlineData("x in (a,b)")]
    [InlineData("x notin ( a , b )")]
    [InlineData("x in (,a)")]
    [InlineData("x in (a,)")]
    [InlineData("in in (in,notin)")]
    [InlineData("notin=in")]
    [InlineData("app.kubernetes.io/name=web")]
    [InlineData("example.com/A_b.c-9 , x")]
    public void Takes_what_kubectl_takes(string selector) => Assert.Equal(string.IsNullOrWhiteSpace(selector) ? null : selector, LabelSelectorSyntax.Check(selector));

    [Theory]
    [InlineData("x=a||y=b", 3)]
    [InlineData("x==a==b", 5)]
    [InlineData("!x=a", 3)]
    [InlineData("x<a", 3)]
    [InlineData("x in ()", 7)]
    [InlineData("x in (a", 8)]
    [InlineData("x in a", 6)]
    [InlineData("x=a,", 5)]
    [InlineData(",x=a", 1)]
    [InlineData("=a", 1)]
    [InlineData("x like a", 3)]
    [InlineData("x=a b", 5)]
    [InlineData("-x=a", 1)]
    [InlineData("x=-a", 3)]
    [InlineData("/x=a", 1)]
    [InlineData("a/b/c=d", 1)]
    [InlineData("Example.com/x=a", 1)]
    [InlineData("x!a", 3)]
    [InlineData("x=ä", 3)]
    [InlineData("x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 3)]
    public void Says_where_a_label_selector_is_wrong(string selector, int position)
    {
        var failure = Assert.Throws<DebugException>(() => LabelSelectorSyntax.Check(selector));
        Assert.Equal(("InvalidLabelSelector", FailureKind.InvalidArgument), (failure.ErrorId, failure.Kind));
        Assert.Contains($"at character {position}:", failure.Message);
    }

    [Theory]
    [InlineData("status.phase=Running")]
    [InlineData("status.phase==Running,spec.nodeName!=n1")]
    [InlineData("metadata.name=")]
    [InlineData(",,a=b,")]
    [InlineData(@"a=b\,c\=d\\e")]
    public void Takes_field_selectors_as_kubectl_does(string selector) => Assert.Equal(selector, FieldSelectorSyntax.Check(selector));

    [Theory]
    [InlineData("Running", 1)]
    [InlineData("a=b,c", 5)]
    [InlineData("=b", 1)]
    [InlineData("!=b", 1)]
    [InlineData("a=b=c", 4)]
    [InlineData(@"a=b\c", 4)]
    [InlineData(@"a=b\", 4)]
    public void Says_where_a_field_selector_is_wrong(string selector, int position)
    {
        var failure = Assert.Throws<DebugException>(() => FieldSelectorSyntax.Check(selector));
        Assert.Equal("InvalidFieldSelector", failure.ErrorId);
        Assert.Contains($"at character {position}:", failure.Message);
    }
}

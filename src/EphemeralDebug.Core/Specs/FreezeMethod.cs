namespace EphemeralDebug.Core.Specs;

/// <summary>
/// How a container is kept from doing its work although its image stays. Which program an image holds is known to nobody before it
/// has been tried, so there is an order: <see cref="PodCopy.FreezeOrder"/>.
/// </summary>
public enum FreezeMethod
{
    /// <summary>The image's own <c>sleep</c> (in an image for Windows, the system's <c>ping</c>): no shell is needed, and nothing else is pulled.</summary>
    Sleep,

    /// <summary>A <c>sleep</c> that an init container brings along, linked statically: it runs in every Linux image, empty ones too.</summary>
    CopiedSleep,
}

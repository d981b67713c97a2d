using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace RlsChat.Tests.Support;

/// <summary>
/// Marks a test, or a class of them, as an attack: whoever tries it gets nothing beyond their own rights. The
/// trait <c>Category=Attack</c> finds them; each that is run is counted.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
[TraitDiscoverer("RlsChat.Tests.Support.AttackDiscoverer", "RlsChat.Tests.Support")]
public sealed class AttackAttribute : BeforeAfterTestAttribute, ITraitAttribute
{
    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest) => Attacks.CountTest();
}

/// <summary>Gives attacks their trait.</summary>
public sealed class AttackDiscoverer : ITraitDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute) =>
        [new("Category", "Attack")];
}

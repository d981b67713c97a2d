using Xunit.Abstractions;

[assembly: TestCollectionOrderer("RlsChat.Tests.Api.Fixtures.LongestFirst", "RlsChat.Tests.Api")]

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>Tests of this collection share an API and its database, and run one after the other. Other collections run beside it.</summary>
[CollectionDefinition(Name)]
public sealed class SharedApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "shared API";
}

/// <summary>The same for tests of many requests at once.</summary>
[CollectionDefinition(Name)]
public sealed class RaceApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "race API";
}

/// <summary>The same for tests that ask every endpoint, and for those of the monitor.</summary>
[CollectionDefinition(Name)]
public sealed class EndpointApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "endpoint API";
}

/// <summary>The same for the samples, which wait for programs that they start.</summary>
[CollectionDefinition(Name)]
public sealed class SampleApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "sample API";
}

/// <summary>The same for live delivery, whose tests wait most of their time.</summary>
[CollectionDefinition(Name)]
public sealed class LiveApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "live API";
}

/// <summary>The same for live delivery under load.</summary>
[CollectionDefinition(Name)]
public sealed class LiveLoadApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "live API under load";
}

/// <summary>
/// Tests that read metrics, which .NET collects by the name of a meter: those of another API in the process would be
/// among them. They run after the other collections, one after the other.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LoneApi : ICollectionFixture<ApiFixture>
{
    public const string Name = "lone API";
}

/// <summary>Starts the longest collections first, so that none of them is left alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
        [SharedApi.Name, RaceApi.Name, LiveApi.Name, LiveLoadApi.Name, ".PoolTests", "breached API", "sign-in API", EndpointApi.Name];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(Longest, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is >= 0 and var at ? at : Longest.Length);
}

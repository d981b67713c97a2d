using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Two APIs over one database: a plain one, and one between a GitHub and a mail server.</summary>
public sealed class SignInFixture : IAsyncLifetime
{
    internal ApiFixture Plain { get; } = new();

    internal SignInHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Plain.InitializeAsync();
        Host = await SignInHost.Open(Plain);
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Plain.DisposeAsync();
    }
}

/// <summary>Tests of this collection share these, and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SignInApi : ICollectionFixture<SignInFixture>
{
    public const string Name = "sign-in API";
}

/// <summary>Tests of signing in. Each begins with an empty database and with doubles that know nobody.</summary>
[Collection(SignInApi.Name)]
public abstract class SignInTest(SignInFixture fixture) : ApiTest(fixture.Plain)
{
    internal SignInHost Host => fixture.Host;

    public override async Task InitializeAsync()
    {
        await Fixture.Empty();
        Host.Reset();
    }
}

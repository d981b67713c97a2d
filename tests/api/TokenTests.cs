using System.Buffers.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using RlsChat.Api.Auth;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>A token that is presented and not ours, or no longer good, is a 401 on every route.</summary>
[Attack]
public sealed class TokenTests(ApiFixture fixture) : ApiTest(fixture)
{
    /// <summary>Forgeries by name: each changes one thing about a token that is good.</summary>
    private static readonly Dictionary<string, Func<JsonObject, JsonObject, string>> Forgeries = new()
    {
        ["alg none"] = (header, payload) => Claims.Sign(With(header, "alg", "none"), payload),
        ["alg none, with the old signature"] = (header, payload) =>
            Claims.Sign(With(header, "alg", "none"), payload) + Claims.Sign(header, payload).Split('.')[2],
        ["alg HS384"] = (header, payload) => Claims.Sign(With(header, "alg", "HS384"), payload),
        ["alg HS512"] = (header, payload) => Claims.Sign(With(header, "alg", "HS512"), payload),
        ["another key"] = (header, payload) => Claims.Sign(header, payload, new byte[32]),
        ["unknown kid"] = (header, payload) => Claims.Sign(With(header, "kid", "other"), payload),
        ["no kid"] = (header, payload) => Claims.Sign(With(header, "kid", null), payload),
        ["typ JWT"] = (header, payload) => Claims.Sign(With(header, "typ", "JWT"), payload),
        ["no typ"] = (header, payload) => Claims.Sign(With(header, "typ", null), payload),
        ["another issuer"] = (header, payload) => Claims.Sign(header, With(payload, "iss", "other")),
        ["another audience"] = (header, payload) => Claims.Sign(header, With(payload, "aud", "other")),
        ["no audience"] = (header, payload) => Claims.Sign(header, With(payload, "aud", null)),
        ["expired 31 s ago"] = (header, payload) => Claims.Sign(header, With(payload, "exp", Now(-31))),
        ["no expiry"] = (header, payload) => Claims.Sign(header, With(payload, "exp", null)),
        ["not yet valid"] = (header, payload) => Claims.Sign(header, With(payload, "nbf", Now(60))),
        ["sub is no uuid"] = (header, payload) => Claims.Sign(header, With(payload, "sub", "ana")),
        ["no sub"] = (header, payload) => Claims.Sign(header, With(payload, "sub", null)),
        ["no session"] = (header, payload) => Claims.Sign(header, With(payload, "ses", null)),
        ["session is no secret"] = (header, payload) => Claims.Sign(header, With(payload, "ses", "'; select 1")),
        ["payload changed under the signature"] = (header, payload) =>
        {
            var (good, other) = (Claims.Sign(header, payload), Claims.Sign(header, With(payload, "sub", Guid.NewGuid().ToString())));
            return $"{other.Split('.')[0]}.{other.Split('.')[1]}.{good.Split('.')[2]}";
        },
        ["alg None, in other letters"] = (header, payload) => Claims.Sign(With(header, "alg", "nOnE"), payload),
        ["no alg"] = (header, payload) => Claims.Sign(header, payload).Replace(
            Claims.Sign(header, payload).Split('.')[0], Claims.Encode(With(header, "alg", null)), StringComparison.Ordinal),
        ["alg RS256 with the key as if it were public"] = (header, payload) => Claims.Sign(With(header, "alg", "RS256"), payload),
        ["alg ES256 with the signature of nothing"] = (header, payload) =>
            Claims.Sign(With(header, "alg", "ES256"), payload).Split('.') is var parts ? $"{parts[0]}.{parts[1]}.{new string('A', 86)}" : "",
        ["the key brought along"] = (header, payload) => Claims.Sign(With(header, "jwk",
            new JsonObject { ["kty"] = "oct", ["k"] = Base64Url.EncodeToString(new byte[64]) }), payload, new byte[64]),
        ["a key from elsewhere"] = (header, payload) => Claims.Sign(With(header, "jku", "http://127.0.0.1:9/keys"), payload, new byte[64]),
        ["kid with a path"] = (header, payload) => Claims.Sign(With(header, "kid", "../../../../dev/null"), payload, new byte[64]),
        ["kid with SQL"] = (header, payload) => Claims.Sign(With(header, "kid", "x' union select 'key"), payload),
        ["kid that is a list"] = (header, payload) => Claims.Sign(With(header, "kid", new JsonArray("test")), payload),
        ["a critical extension that nobody knows"] = (header, payload) =>
            Claims.Sign(With(With(header, "crit", new JsonArray("admin")), "admin", true), payload),
        ["signature left off"] = (header, payload) => Claims.Sign(header, payload)[..Claims.Sign(header, payload).LastIndexOf('.')],
        ["signature of nothing"] = (header, payload) => Claims.Sign(header, payload)[..(Claims.Sign(header, payload).LastIndexOf('.') + 1)],
        ["five parts"] = (header, payload) => Claims.Sign(header, payload) + ".a.b",
        ["two sessions"] = (header, payload) => Claims.Sign(header, With(payload, "ses", new JsonArray(Claims.SessionOf(Claims.Sign(header, payload)), "x"))),
        ["a number for a person"] = (header, payload) => Claims.Sign(header, With(payload, "sub", 1)),
        ["expiry in words"] = (header, payload) => Claims.Sign(header, With(payload, "exp", "tomorrow")),
        ["expiry beyond all years"] = (header, payload) => Claims.Sign(header, With(payload, "exp", 1e300)),
        ["the refresh token"] = (_, _) => new string('A', 43),
        ["a huge token"] = (header, payload) => Claims.Sign(header, With(payload, "x", new string('x', 20_000)), new byte[64]),
        ["not a token"] = (_, _) => "token",
    };

    public static readonly TheoryData<string> Names = new(Forgeries.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Forged(string name)
    {
        var ana = await Fixture.SignUp("ana");
        var open = await ana.Begin(visibility: "public");
        var (header, payload) = (Claims.Header(ana.AccessToken), Claims.Payload(ana.AccessToken));

        // The control: made by the same hand and changed in nothing, it is good.
        ana.Bear(Claims.Sign(header, payload));
        (await ana.Get("/me")).Is(200);

        ana.Bear(Forgeries[name](Claims.Header(ana.AccessToken), Claims.Payload(ana.AccessToken)));
        Assert.Contains("invalid_token", (await ana.Get("/me")).Is(401, "invalid_token").Challenge, StringComparison.Ordinal);
        (await ana.Get($"/chats/{open}")).Is(401, "invalid_token");
    }

    [Fact]
    public async Task Expired_within_the_skew_still_counts()
    {
        var ana = await Fixture.SignUp("ana");
        ana.Bear(Claims.Sign(Claims.Header(ana.AccessToken), With(Claims.Payload(ana.AccessToken), "exp", Now(-20))));
        (await ana.Get("/me")).Is(200);
    }

    [Theory]
    [InlineData("GET", "/chats?scope=public")]
    [InlineData("GET", "/health/live")]
    [InlineData("GET", "/nowhere")]
    [InlineData("POST", "/auth/login")]
    public async Task A_bad_token_is_refused_where_none_is_needed_too(string method, string path)
    {
        var nobody = Fixture.Anonymous();
        foreach (var header in new[] { "Bearer x", "Bearer", "Basic YTpi", "bearer " })
        {
            (await nobody.Send(new HttpMethod(method), path, null, ("Authorization", header))).Is(401, "invalid_token");
        }
    }

    [Fact]
    public async Task The_session_of_another_person_makes_nobody_of_one()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var payload = With(Claims.Payload(ana.AccessToken), "sub", ben.Id.ToString());
        ana.Bear(Claims.Sign(Claims.Header(ana.AccessToken), payload));
        (await ana.Get("/me")).Is(401, "session_ended");
    }

    [Fact]
    public async Task A_secret_of_no_session_makes_nobody_of_one()
    {
        var ana = await Fixture.SignUp("ana");
        var payload = With(Claims.Payload(ana.AccessToken), "ses", Base64Url.EncodeToString(new byte[32]));
        ana.Bear(Claims.Sign(Claims.Header(ana.AccessToken), payload));
        (await ana.Get("/chats?scope=public")).Is(401, "session_ended");
    }

    [Fact]
    public async Task A_session_that_is_deleted_ends_its_tokens()
    {
        var ana = await Fixture.SignUp("ana");
        await Fixture.Setup.As<int>(ana, "delete from public.sessions");
        (await ana.Get("/me")).Is(401, "session_ended");
    }

    [Fact]
    public async Task After_rotation_the_first_key_signs_and_the_second_still_verifies()
    {
        var ana = await Fixture.SignUp("ana");
        var newer = "newer:" + Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray());
        await using var rotated = await Fixture.Open($"--JWT_SIGNING_KEYS={newer},{ApiFixture.SigningKey}");
        var there = new Person("ana", ApiFixture.AddressOf(rotated));
        there.Bear(ana.AccessToken);
        (await there.Get("/me")).Is(200);
        there.Take((await there.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(200));
        Assert.Equal("newer", Claims.Header(there.AccessToken)["kid"]!.GetValue<string>());
        (await there.Get("/me")).Is(200);
    }

    [Fact]
    public async Task A_token_is_validated_once_until_it_expires()
    {
        var (clock, validated) = (new AheadClock(), 0);
        using var cache = new TokenCache(clock);
        var parameters = new TokenValidationParameters
        {
            ValidateAudience = false,
            ValidateIssuer = false,
            IssuerSigningKeyResolver = (_, _, _, _) =>
            {
                validated++;
                return [new SymmetricSecurityKey(Claims.Key) { KeyId = "test" }];
            },
        };
        var ana = await Fixture.SignUp("ana");
        await IsValid(ana.AccessToken, after: 1);
        await IsValid(ana.AccessToken, after: 1);
        Assert.False((await cache.ValidateTokenAsync(ana.AccessToken + "x", parameters)).IsValid);
        clock.Ahead = AccessTokens.Lifetime + TimeSpan.FromSeconds(1);
        await IsValid(ana.AccessToken, after: 3);
        await IsValid(ana.AccessToken, after: 4);

        async Task IsValid(string token, int after)
        {
            Assert.True((await cache.ValidateTokenAsync(token, parameters)).IsValid);
            Assert.Equal(after, validated);
        }
    }

    private static JsonObject With(JsonObject part, string name, JsonNode? value)
    {
        if (value is null)
        {
            part.Remove(name);
        }
        else
        {
            part[name] = value;
        }

        return part;
    }

    private static long Now(int seconds) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + seconds;
}

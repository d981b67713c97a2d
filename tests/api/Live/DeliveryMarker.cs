using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>Another person, who gets an event when they write: then delivery has read all earlier writes.</summary>
internal sealed class DeliveryMarker(ApiFixture fixture, ActingConnection acting, Person person, Guid chat, Follower follower) : IAsyncDisposable
{
    public static async Task<DeliveryMarker> Light(ApiFixture fixture, ActingConnection acting)
    {
        var person = await fixture.SignUp("marker");
        var chat = await person.Begin();
        return new(fixture, acting, person, chat, await Follower.Of(person, fixture.Address, "/me/events"));
    }

    public async Task Shine()
    {
        var written = (Guid)(await acting.Do(person,
            """insert into public."Message" ("chatId", "role", "parts") values ($1, 'user', '[]') returning "id" """, chat))!;
        fixture.App.Services.GetRequiredService<LiveEvents>().Wake();
        await follower.Hears("message.created", written);
        follower.Forget(follower.All.Count);
    }

    public ValueTask DisposeAsync() => follower.DisposeAsync();
}

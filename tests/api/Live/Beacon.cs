using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Play;

namespace RlsChat.Tests.Api.Live;

/// <summary>Somebody apart, who is told when they write: then delivery has read all that was written before.</summary>
internal sealed class Beacon(House house, Truth truth, Person person, Guid chat, Follower follower) : IAsyncDisposable
{
    public static async Task<Beacon> Light(House house, Truth truth)
    {
        var person = await house.SignUp("beacon");
        var chat = await person.Begin();
        return new(house, truth, person, chat, await Follower.Of(person, house.Address, "/me/events"));
    }

    public async Task Shine()
    {
        var written = (Guid)(await truth.Do(person,
            """insert into public."Message" ("chatId", "role", "parts") values ($1, 'user', '[]') returning "id" """, chat))!;
        house.App.Services.GetRequiredService<LiveEvents>().Wake();
        await follower.Hears("message.created", written);
        follower.Forget(follower.All.Count);
    }

    public ValueTask DisposeAsync() => follower.DisposeAsync();
}

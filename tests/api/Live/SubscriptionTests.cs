using RlsChat.Api.Live;

namespace RlsChat.Tests.Api.Live;

/// <summary>A subscription without a database: how much waits in it, and for how long.</summary>
public sealed class SubscriptionTests
{
    [Theory]
    [InlineData(0, "end")]
    [InlineData(60, "chat.deleted end")]
    public async Task Waiting_events_are_written_for_a_moment_at_the_end(int seconds, string kinds)
    {
        var subscription = new Subscription { Patience = new() { Remainder = TimeSpan.FromSeconds(seconds) }, Cut = () => { }, Drained = () => { } };
        Assert.True(subscription.TryPut(new("{}", "chat.deleted")));
        subscription.Release();
        subscription.End("not_found");
        var written = await subscription.Read(_ => ValueTask.CompletedTask, default).Select(item => item.EventType).ToListAsync();
        Assert.Equal(kinds.Split(' '), written);
    }

    [Fact]
    public async Task A_client_that_does_not_read_even_the_end_is_cut_off()
    {
        var (cut, closed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var subscription = new Subscription { Patience = new() { End = TimeSpan.Zero }, Cut = cut.SetResult, Drained = () => { } };
        var other = new Subscription { Patience = new() { End = TimeSpan.FromMilliseconds(50) }, Cut = closed.SetResult, Drained = () => { } };
        other.Close();
        other.End("slow");
        subscription.End("slow");
        await cut.Task;
        await Task.Delay(200);
        Assert.False(closed.Task.IsCompleted);
    }

    [Fact]
    public void The_limits_are_those_of_the_documentation() =>
        Assert.Equal((0.25, 10, 1), (new Patience().Remainder.TotalSeconds, new Patience().Reader.TotalSeconds, new Patience().End.TotalSeconds));

    [Fact]
    public void The_events_that_wait_for_a_client_are_bounded()
    {
        var subscription = new Subscription { Cut = () => { }, Drained = () => { } };
        Assert.Equal((1024, false), (Fill(subscription, 10), subscription.HasRoom));
        subscription = new Subscription { Cut = () => { }, Drained = () => { } };
        Assert.Equal((41, false), (Fill(subscription, 100_000), subscription.HasRoom));
        // A follower without room gets no more of the stream, but access is still checked.
        subscription = new Subscription { Stream = Guid.NewGuid(), Index = 3, Cut = () => { }, Drained = () => { } };
        var other = new Subscription { Stream = subscription.Stream, Index = 4, Cut = () => { }, Drained = () => { } };
        Assert.Equal((10, false), (Fill(subscription, 100_000), subscription.IsStuck));
        Assert.Equal([null, 4], new SubscriptionArrays([subscription, other]).Indexes);
        Assert.Equal([subscription.Stream, subscription.Stream], new SubscriptionArrays([subscription, other]).Streams);
        // One that is larger than the limit is accepted when nothing else waits, so that no subscription stops for ever.
        subscription = new Subscription { Cut = () => { }, Drained = () => { } };
        Assert.True(subscription.TryPut(new(new string('x', 5_000_000), "ping")));
        Assert.False(subscription.TryPut(new("", "ping")) && subscription.TryPut(new("x", "ping")));
    }

    /// <summary>How many events of that length there is room for.</summary>
    private static int Fill(Subscription subscription, int characters)
    {
        var put = 0;
        while (put < 5000 && subscription.TryPut(new(new string('x', characters), "ping")))
        {
            put++;
        }

        return put;
    }
}

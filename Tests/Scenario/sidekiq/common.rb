# What the real Sidekiq needs to know here: which Redis, and one job that both sides can run.
require "sidekiq"
require "sidekiq/api"

# Debian's redis-rb warns of its next version at each SADD.
Redis.sadd_returns_boolean = false if Redis.respond_to?(:sadd_returns_boolean=)

options = { url: ENV.fetch("REDIS_URL") }
Sidekiq.configure_client { |config| config.redis = options }
Sidekiq.configure_server { |config| config.redis = options }

# As Sources/Jobs/Probe does.
class ProbeJob
  include Sidekiq::Worker

  def perform(answer, seconds = 0)
    sleep seconds
    Sidekiq.redis do |redis|
      redis.rpush("probe:#{answer}", jid)
      redis.expire("probe:#{answer}", 60)
    end
  end
end

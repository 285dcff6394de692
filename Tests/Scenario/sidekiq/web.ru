# Sidekiq's own Web, as a small Rack application mounts it.
require_relative "common"
require "securerandom"
require "sidekiq/web"

use Rack::Session::Cookie, secret: SecureRandom.hex(32), same_site: true
run Sidekiq::Web

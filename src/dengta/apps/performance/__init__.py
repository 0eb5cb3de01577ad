"""Where the time of a plant went: figures by the one fold, kept ready for whoever looks, and what lies behind them."""

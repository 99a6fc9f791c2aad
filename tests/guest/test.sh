#!/bin/sh
exec /edu-guest
